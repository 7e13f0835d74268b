import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority that signs certificates of servers on the loopback address, in a folder of its own. Call `remove` in the end. */
export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'authority-'));
  #certified = 0;
  #client: { cert: string; key: string } | undefined;

  constructor() {
    const names = ['-subj', '/CN=authority', '-days', '2'];
    this.#openssl('req', '-x509', ...NEW_KEY, ...names, '-keyout', 'authority.key', '-out', 'authority.crt');
  }

  /** Path of its own certificate. */
  get file(): string {
    return join(this.#folder, 'authority.crt');
  }

  /** What a client shows to servers that want a certificate. */
  get client(): { cert: string; key: string } {
    this.#client ??= this.certify();
    return this.#client;
  }

  /** What redis-cli needs to speak with its servers. */
  get clientOptions(): string[] {
    const { cert, key } = this.client;
    return ['--tls', '--cacert', this.file, '--cert', cert, '--key', key];
  }

  /** Paths of a new certificate and of its key. */
  certify(): { cert: string; key: string } {
    const name = `server-${++this.#certified}`;
    this.#openssl('req', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    writeFileSync(join(this.#folder, `${name}.ext`), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    const signer = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial'];
    const what = ['-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`, '-days', '2'];
    this.#openssl('x509', '-req', ...what, ...signer);
    return { cert: join(this.#folder, `${name}.crt`), key: join(this.#folder, `${name}.key`) };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #openssl(...words: string[]): void {
    execFileSync('openssl', words, { cwd: this.#folder, stdio: 'pipe' });
  }
}
