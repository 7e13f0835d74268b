/** Ray beside us: a virtual environment of its own, and a script that measures the same rows. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Figures, Subject } from './family.js';

/** This module runs from build/bench. */
const environment = fileURLToPath(new URL('../ray-venv', import.meta.url));

export const python = `${environment}/bin/python`;
export const rayScript = fileURLToPath(new URL('../../bench/ray/bench.py', import.meta.url));

/** Installs Ray where it is not installed yet; throws if it cannot be. Gives Ray's version. */
export function prepareRay(): string {
  const version = ['-c', 'import numpy, ray; print(ray.__version__)'];
  const tried = existsSync(python) ? spawnSync(python, version, { encoding: 'utf8' }) : undefined;
  if (tried?.status === 0) return tried.stdout.trim();
  console.error(`installing Ray into ${environment}`);
  execFileSync('python3', ['-m', 'venv', environment], { stdio: ['ignore', 2, 2] });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'ray', 'numpy'], { stdio: ['ignore', 2, 2] });
  return execFileSync(python, version, { encoding: 'utf8' }).trim();
}

/** Ray's figures for a family, from the script's function of that name. */
export function raySubject(family: string): Subject {
  return async () => {
    const printed = execFileSync(python, [rayScript, family], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(printed.trimEnd().split('\n').at(-1) as string) as Figures;
  };
}
