// The checks that need no run of the library; `npm test` starts with them.
import { runChecks } from './support/checks.mjs';

if (runChecks().failed > 0) process.exitCode = 1;
