// The tests of the cluster's control store run against a real redis-server.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const program = 'redis-server';
const packages = ['redis-server', 'redis-tools'];

/**
 * Sees to it that redis-server and redis-cli are on PATH: installs Debian's packages where this user may. The service that
 * the package brings is not left running; the tests start servers of their own.
 * @returns {boolean} whether they are there; if not, what to do was printed
 */
export function ensureRedis() {
  if (isOnPath(program) && isOnPath('redis-cli')) return true;
  const prefix = rootPrefix();
  if (isOnPath('apt-get') && prefix !== undefined) {
    console.log(`${program} is missing; installing Debian's package`);
    const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
    // RUNLEVEL=1: the package's scripts start no service in single-user mode.
    const environment = ['env', 'RUNLEVEL=1', 'DEBIAN_FRONTEND=noninteractive'];
    if (!run([...prefix, ...environment, ...install], 'pipe')) {
      // Package lists that are missing or too old are the usual reason.
      run([...prefix, 'apt-get', 'update'], 'pipe');
      run([...prefix, ...environment, ...install], 'inherit');
    }
    stopService(prefix);
    if (isOnPath(program) && isOnPath('redis-cli')) return true;
  }
  console.error(
    [
      'The tests need redis-server and redis-cli on PATH, and they could not be installed from here. On Debian or Ubuntu:',
      `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
      'elsewhere see https://redis.io/docs/latest/operate/oss_and_stack/install/. No service has to run.',
    ].join('\n'),
  );
  return false;
}

/** Systemd pays no attention to RUNLEVEL, so that the service may run after all. It was not there before, so nobody needs it. */
function stopService(prefix) {
  if (existsSync('/run/systemd/system'))
    run([...prefix, 'systemctl', 'disable', '--now', 'redis-server'], 'pipe');
  else if (existsSync('/run/redis/redis-server.pid'))
    run([...prefix, '/etc/init.d/redis-server', 'stop'], 'pipe');
}

/** @returns {string[] | undefined} what to put before a command to run it as root, undefined when this user may not */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return isOnPath('sudo') && run(['sudo', '-n', 'true'], 'pipe') ? ['sudo', '-n'] : undefined;
}

/** @param {string} name */
function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * @param {string[]} command
 * @param {'pipe' | 'inherit'} output
 */
function run([name, ...parameters], output) {
  return (
    spawnSync(/** @type {string} */ (name), parameters, { stdio: ['ignore', output, output] }).status === 0
  );
}
