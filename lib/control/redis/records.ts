import type { ErrorRecord, JobRecord, NodeRecord, TaskRecord } from '../control-store.js';

/** A hash as Redis holds it: values that people can read. */
export type Fields = Readonly<Record<string, string>>;

/** Names and values in turn, as HSET takes them. */
export function flat(fields: Fields): string[] {
  return Object.entries(fields).flat();
}

/** The reply to HGETALL; undefined for a key that is not there. */
export function fieldsOf(reply: unknown): Fields | undefined {
  const pairs: [unknown, unknown][] = [];
  if (Array.isArray(reply)) {
    for (let index = 0; index + 1 < reply.length; index += 2) pairs.push([reply[index], reply[index + 1]]);
  } else if (typeof reply === 'object' && reply !== null) {
    pairs.push(...Object.entries(reply));
  }
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(pairs.map(([name, value]) => [String(name), String(value)]));
}

/** A reply that lists texts. */
export function textsOf(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

export function nodeFields(node: NodeRecord): Fields {
  const { pid, address, resources, objectStoreMemory, started, ended } = node;
  return {
    pid: `${pid}`,
    address,
    resources: JSON.stringify(resources),
    objectStoreMemory: `${objectStoreMemory}`,
    started: `${started}`,
    ...(ended === undefined ? {} : { ended: `${ended}` }),
  };
}

export function nodeOf(id: string, fields: Fields): NodeRecord {
  return {
    id,
    pid: Number(fields.pid),
    address: fields.address ?? '',
    resources: JSON.parse(fields.resources ?? '{}') as Record<string, number>,
    objectStoreMemory: Number(fields.objectStoreMemory),
    started: Number(fields.started),
    ended: numberOf(fields.ended),
  };
}

export function jobFields(job: JobRecord): Fields {
  const { name, pid, started, ended } = job;
  return {
    name,
    pid: `${pid}`,
    started: `${started}`,
    ...(ended === undefined ? {} : { ended: `${ended}` }),
  };
}

export function jobOf(job: string, fields: Fields): JobRecord {
  return {
    job,
    name: fields.name ?? '',
    pid: Number(fields.pid),
    started: Number(fields.started),
    ended: numberOf(fields.ended),
  };
}

export function taskFields(task: TaskRecord): Fields {
  const { job, name, status, attempts, start, milliseconds, node, worker, error } = task;
  const { resources, retries, arguments: given } = task;
  return {
    job,
    name: wellFormed(name),
    status,
    attempts: `${attempts}`,
    start: `${start}`,
    milliseconds: `${milliseconds}`,
    ...(node === undefined ? {} : { node }),
    ...(worker === undefined ? {} : { worker: `${worker}` }),
    ...(error === undefined ? {} : { error: wellFormed(error) }),
    ...(resources === undefined ? {} : { resources: JSON.stringify(resources) }),
    ...(retries === undefined ? {} : { retries: `${retries}` }),
    ...(given === undefined ? {} : { arguments: given.join(' ') }),
  };
}

export function taskOf(id: string, fields: Fields): TaskRecord {
  const { node, worker, error, resources, retries, arguments: given } = fields;
  return {
    id,
    job: fields.job ?? '',
    name: fields.name ?? '',
    status: fields.status ?? '',
    attempts: Number(fields.attempts),
    start: Number(fields.start),
    milliseconds: Number(fields.milliseconds),
    ...(node === undefined ? {} : { node }),
    ...(worker === undefined ? {} : { worker: Number(worker) }),
    ...(error === undefined ? {} : { error }),
    ...(resources === undefined ? {} : { resources: JSON.parse(resources) as Record<string, number> }),
    ...(retries === undefined ? {} : { retries: Number(retries) }),
    ...(given === undefined ? {} : { arguments: given === '' ? [] : given.split(' ') }),
  };
}

/** `id` makes it another one than the same error of another moment or process. */
export function errorText(error: ErrorRecord, id: string): string {
  const { time, message, node, job } = error;
  return JSON.stringify({ time, message, node, job, id });
}

export function errorOf(text: string): ErrorRecord {
  const { id: _, ...error } = JSON.parse(text) as ErrorRecord & { id: string };
  return error;
}

/** Half a surrogate pair, as the cutting of a text leaves it, is no text to Redis' reader of JSON. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
