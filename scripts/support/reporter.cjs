// mocha's own report for people, and the counts for the script that started it.
const { writeFileSync } = require('node:fs');
const { Runner, reporters } = require('mocha');

class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { counts } = options.reporterOptions;
    // A hook that fails is a failure too.
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(counts, JSON.stringify({ passed: passes, failed: failures + pending }));
    });
  }
}

module.exports = CountingReporter;
