// Fails where a store to shared memory in the C++ core has no crash point beside it.
//
// A store is recognised by its form, because there are few: the fields of the shared layout are Words and Guardeds,
// whose methods (native/store/shared_word.h) hold the only stores to them, and bytes of objects are written by
// CopyToShared. So three things are checked: that the fields are of those types, that those helpers pass a crash
// point before they store, and that nothing else in the core could store at all.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './support/files.mjs';
import { packageRoot } from './support/run.mjs';

const layoutFile = 'native/layout.h';
const helperFile = 'native/store/shared_word.h';
const mappingFile = 'native/store/store.cc';

/** The one helper that copies out of shared memory; what it stores to is its caller's own. */
const copiesOut = 'CopyFromShared';

/** What stores in plain C++, or makes storing possible. */
const rawStore =
  /\.(?:store|exchange|compare_exchange_\w+|fetch_\w+)\(|\bmem(?:cpy|set|move)\(|\bvalue_ (?:[-+|&^]?=)/;
const wayAround =
  /\bstd::(?:copy|copy_n|fill|fill_n|atomic_ref|construct_at)\b|\bconst_cast\b|\bvolatile\b|\bnew \(/;

/** @param {string} text */
function withoutComments(text) {
  return text.replace(/\/\/.*$/gm, '');
}

/**
 * The body of a struct or class, or of whatever begins at `start`, up to its closing brace.
 * @param {string} text
 * @param {number} start
 */
function bodyFrom(text, start) {
  const open = text.indexOf('{', start);
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++;
    if (text[i] === '}' && --depth === 0) return text.slice(open + 1, i);
  }
  return text.slice(open + 1);
}

/**
 * The types that are laid over the control memory.
 * @param {string} mapping
 */
function mappedTypes(mapping) {
  const casts = [...mapping.matchAll(/reinterpret_cast<([\w:<>]+?)\*>\(control_memory_/g)];
  return casts.map((match) => match[1] ?? '').filter((name) => !/^(?:Word|Guarded)</.test(name));
}

/**
 * Members of shared types that are no Words or Guardeds.
 * @param {string} layout
 * @param {readonly string[]} types
 */
function checkFields(layout, types) {
  const problems = [];
  const queue = [...types];
  const seen = new Set(queue);
  for (const type of queue) {
    const found = new RegExp(`\\b(?:struct|class)(?: alignas\\(\\d+\\))? ${type}\\b[^;{]*\\{`).exec(layout);
    if (found === null) {
      problems.push(`${layoutFile}: ${type} is mapped into shared memory, but not defined here`);
      continue;
    }
    // What is left without the methods' bodies: member declarations, one to a semicolon.
    let body = bodyFrom(layout, found.index);
    while (/\{[^{}]*\}/.test(body)) body = body.replace(/\{[^{}]*\}/g, ';');
    for (const statement of body.replace(/\b(?:public|private):/g, '').split(';')) {
      const member = statement.trim().replace(/^alignas\(\d+\) /, '');
      if (member === '' || member.includes('(')) continue;
      const memberType = member.split(/\s/)[0] ?? '';
      if (/^(?:Word|Guarded)<\w+>$/.test(memberType) || memberType === 'platform::MutexStorage') continue;
      if (/^[A-Z]\w*$/.test(memberType)) {
        if (!seen.has(memberType)) queue.push(memberType);
        seen.add(memberType);
      } else {
        problems.push(`${layoutFile}: ${type} has a field that is no Word and no Guarded: ${member}`);
      }
    }
  }
  return problems;
}

/**
 * Stores in the helpers that no crash point stands in front of.
 * @param {string} helpers
 */
function checkHelpers(helpers) {
  const problems = [];
  let passed = false; // a crash point, since the function began
  let exempt = false;
  let stores = 0;
  for (const [index, line] of helpers.split('\n').entries()) {
    if (/\) (?:const )?\{$|CRASH_SITE\) \{$/.test(line) && !/^\s*(?:if|for|while)\b/.test(line)) {
      passed = false;
      exempt = line.includes(copiesOut);
    }
    if (/\bCRASH_POINT\(\);/.test(line)) passed = true;
    if (!rawStore.test(line) || exempt) continue;
    stores++;
    if (!passed)
      problems.push(`${helperFile}:${index + 1}: no crash point before this store: ${line.trim()}`);
  }
  if (stores === 0) problems.push(`${helperFile}: no stores found, so this check has gone blind`);
  return problems;
}

/**
 * Whatever in another file of the core stores by itself, or hands out a place to store to.
 * @param {string} file
 * @param {string} text
 */
function checkFile(file, text) {
  const problems = [];
  for (const [index, line] of text.split('\n').entries()) {
    const report = (/** @type {string} */ what) =>
      problems.push(`${file}:${index + 1}: ${what}: ${line.trim()}`);
    if (rawStore.test(line)) report('stores without a helper');
    if (wayAround.test(line)) report('could store without a helper');
    if (/\breinterpret_cast\b/.test(line) && file !== mappingFile) report('could store without a helper');
    const definesWritable = file === 'native/store/store.h' && line.includes('std::byte* writable(');
    if (/\bwritable\(/.test(line) && !definesWritable && !/\bCopyToShared\([\w.>-]*writable\(/.test(line)) {
      report('writes into a block without CopyToShared');
    }
  }
  return problems;
}

/**
 * @param {(file: string) => string} read the text of a source file
 */
function findProblems(read) {
  const source = (/** @type {string} */ file) => withoutComments(read(file));
  const types = mappedTypes(source(mappingFile));
  const problems = [...checkFields(source(layoutFile), types), ...checkHelpers(source(helperFile))];
  if (types.length < 4)
    problems.push(`${mappingFile}: the mapped types are not found, so this check has gone blind`);
  for (const file of filesBelow('native/store', ['.h', '.cc'])) {
    // crash_point.cc is the test's own.
    if (file !== helperFile && !file.includes('crash_point')) problems.push(...checkFile(file, source(file)));
  }
  return problems;
}

const readSource = (/** @type {string} */ file) => readFileSync(join(packageRoot, file), 'utf8');

/** Faults that the check must find: the file, what stands there, and what is put in its place. Nothing there: added. */
const faults = [
  [layoutFile, '  Word<uint64_t> publish;', '  uint64_t publish;'],
  [layoutFile, '  Word<uint64_t> words_[', '  std::atomic<uint64_t> words_['],
  [
    helperFile,
    '    CRASH_POINT();\n    value_.store(value, std::memory_order_release);',
    '    value_.store(value);',
  ],
  [helperFile, '    CRASH_POINT();\n    value_ = value;', '    value_ = value;'],
  [helperFile, '  CRASH_POINT();\n  if (length == 0)', '  if (length == 0)'],
  [
    'native/store/client_writing.cc',
    'CopyToShared(store_.writable(block), ',
    'Fill(store_.writable(block), ',
  ],
  ['native/store/recovery.cc', 'entry.link.Store(kNoHandle);', 'std::memset(&entry.link, 0, 8);'],
  ['native/store/object_table.cc', '', 'const_cast<Entry&>(entry);'],
  ['native/store/client_tasks.cc', '', 'new (&entry) Entry;'],
];

function checkTheCheck() {
  const missed = [];
  for (const [file, before, after] of faults) {
    const text = readSource(file);
    const broken = before === '' ? `${text}\n${after}` : text.replace(before, after);
    if (broken === text) {
      missed.push(`scripts/check-crash-points.mjs: ${file} has no longer: ${before}`);
    } else if (findProblems((name) => (name === file ? broken : readSource(name))).length === 0) {
      missed.push(`scripts/check-crash-points.mjs: a fault in ${file} is not found: ${after}`);
    }
  }
  return missed;
}

const problems = [...findProblems(readSource), ...checkTheCheck()];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
