/**
 * Node's flags that are about the driver alone: what it evaluates and prints, its debugger and profilers, its test
 * runner. Loaders, conditions, source maps and V8's flags are for workers too.
 */
const DRIVER_FLAGS =
  /^--?(e|eval|p|print|pe|c|check|i|interactive|input-type|inspect.*|test.*|watch.*|cpu-prof.*|heap-prof.*|prof|build-snapshot.*|experimental-test.*)(=|$)/;
/** Those of them whose value is an argument of its own. */
const WITH_VALUE =
  /^--?(e|eval|p|print|pe|input-type|inspect-port|test-name-pattern|test-reporter|test-reporter-destination|test-concurrency|watch-path|cpu-prof-dir|cpu-prof-name|cpu-prof-interval|heap-prof-dir|heap-prof-name|heap-prof-interval)$/;

/** The driver's execArgv for its workers. */
export function workerExecArgv(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < execArgv.length; index++) {
    const flag = execArgv[index]!;
    if (!DRIVER_FLAGS.test(flag)) kept.push(flag);
    else if (WITH_VALUE.test(flag)) index++;
  }
  return kept;
}

/** NODE_OPTIONS for workers; its quotes and escapes are kept as they are. */
export function workerNodeOptions(nodeOptions: string): string {
  const words = nodeOptions.match(/(?:"(?:\\.|[^"\\])*"|\\.|\S)+/g) ?? [];
  return workerExecArgv(words).join(' ');
}
