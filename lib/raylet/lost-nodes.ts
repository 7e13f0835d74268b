import { type ControlStore, jobName, MOST_TASKS } from '../control/control-store.js';

const RETRY_MILLISECONDS = 5000;
const MOST_TRIES = 20;

/**
 * Records the end of another node, which could not do so itself: it holds nothing, its jobs have ended, and what they had running
 * or waiting runs no more. Each node that saw it leave does this; what comes first stands, and the rest changes nothing.
 */
export function recordLostNode(control: ControlStore, node: string): void {
  const time = Date.now();
  control.nodeEnded(node, time);
  let tries = 0;
  const endJobs = (): void => {
    endJobsOf(control, node, time).catch(() => {
      // The control store does not answer just now.
      if (++tries < MOST_TRIES) setTimeout(endJobs, RETRY_MILLISECONDS).unref();
    });
  };
  endJobs();
}

async function endJobsOf(control: ControlStore, node: string, time: number): Promise<void> {
  const prefix = jobName(node, 0).slice(0, -1);
  const live = (await control.jobs()).filter(
    ({ job, ended }) => ended === undefined && job.startsWith(prefix),
  );
  if (live.length === 0) return;
  const jobs = new Set(live.map(({ job }) => job));
  const tasks = await control.tasks(MOST_TASKS);
  for (const task of tasks) {
    if (!jobs.has(task.job) || (task.status !== 'waiting' && task.status !== 'running')) continue;
    const error = 'the node that submitted it is gone';
    control.recordTasks(task.job, { finished: 0, failed: 0 }, [{ ...task, status: 'cancelled', error }]);
  }
  for (const job of jobs) control.jobEnded(job, time);
}
