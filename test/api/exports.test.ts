import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as mobula from '../../lib/index.js';
import { packageRoot } from '../support/paths.js';

const exported = mobula as unknown as Record<string, unknown>;

/** The package's pages that people read. */
function pages(): string[] {
  const docs = join(packageRoot, 'docs');
  const folder = existsSync(docs) ? readdirSync(docs).map((name) => join('docs', name)) : [];
  return ['README.md', 'ARCHITECTURE.md', ...folder.filter((name) => name.endsWith('.md'))];
}

describe('the exports', () => {
  it('hold each class of the catalogue of errors under its own name, and no other', () => {
    for (const { class: errorClass, code } of mobula.ERROR_CATALOGUE) {
      assert.equal(exported[errorClass.name], errorClass, code);
    }
    const catalogued = new Set<unknown>(mobula.ERROR_CATALOGUE.map((entry) => entry.class));
    const classes = Object.entries(exported).filter(
      ([, value]) => typeof value === 'function' && value.prototype instanceof Error,
    );
    assert.deepEqual(
      classes
        .filter(([, value]) => !catalogued.has(value))
        .map(([name]) => name)
        .sort(),
      ['MobulaError', 'ModulesNotLoadedError'].filter((name) => name in exported),
    );
  });

  it('are what the pages name', () => {
    const codes = new Set<string>(mobula.ERROR_CATALOGUE.map(({ code }) => code));
    for (const page of pages()) {
      const text = readFileSync(join(packageRoot, page), 'utf8');
      for (const [code] of text.matchAll(/ERR_MOBULA_[A-Z_]*[A-Z]/g))
        assert.ok(codes.has(code), `${page}: ${code}`);
      for (const [, name] of text.matchAll(/\bmobula\.([a-z]\w*)\(/gi)) {
        assert.ok(name! in exported, `${page}: mobula.${name}`);
      }
    }
  });
});
