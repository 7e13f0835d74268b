import { findSourceMap } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SerializationError } from '../errors/index.js';
import type { AnyFunction } from './types.js';

/** One step on the way from the function that is shipped to something that it captures. */
export interface Trail {
  readonly parent: Trail | undefined;
  readonly name: string;
  /** Where the name is used, for a captured variable; where it is defined, for the function at the start. */
  readonly place: Place | undefined;
}

/** A position in a source file, as the engine counts it: the line from 1, the column from 0. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The way as text: `main.js:12 fn -> helper -> socket`. */
function describeTrail(trail: Trail): string {
  const names: string[] = [];
  let at: Trail = trail;
  for (; at.parent !== undefined; at = at.parent) names.unshift(at.name);
  const place = at.place && written(at.place);
  const start = place === undefined ? at.name : `${basename(pathOf(place.file))}:${place.line} ${at.name}`;
  return [start, ...names].join(' -> ');
}

/** The error that says that what the trail leads to cannot be shipped. */
export function refusal(trail: Trail, reason: string, options?: ErrorOptions): SerializationError {
  let at: Trail | undefined = trail;
  while (at !== undefined && at.place === undefined) at = at.parent;
  const place = at?.place && written(at.place);
  return new SerializationError(
    { path: describeTrail(trail), reason, file: place && pathOf(place.file), line: place?.line },
    options,
  );
}

/** The position in what the programmer wrote, where the program runs with source maps. */
function written(place: Place): { file: string; line: number } {
  const entry = findSourceMap(place.file)?.findEntry(place.line - 1, place.column);
  return entry !== undefined && 'originalSource' in entry
    ? { file: entry.originalSource, line: entry.originalLine + 1 }
    : place;
}

/** What a function is called; a class may have a static member of the name `name`. */
export function nameOf(fn: AnyFunction): string {
  const name: unknown = fn.name;
  return typeof name === 'string' ? name : '';
}

/** The same for people. */
export function labelOf(fn: AnyFunction): string {
  return nameOf(fn) || '(anonymous)';
}

/** A path for people, of a path or URL. */
export function pathOf(file: string): string {
  try {
    return file.startsWith('file:') ? fileURLToPath(file) : file;
  } catch {
    return file;
  }
}
