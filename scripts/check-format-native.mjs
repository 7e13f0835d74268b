// Fails where the C++ is not formatted as .clang-format says; with --write it formats instead.
import { filesBelow } from './support/files.mjs';
import { programOf, runNode } from './support/run.mjs';

const files = filesBelow('native', ['.h', '.cc']);
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror'];
if (files.length > 0 && !runNode([programOf('clang-format'), ...mode, ...files])) process.exitCode = 1;
