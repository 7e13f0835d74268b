/**
 * One trial, in a process of its own, started by main.js: `trial.js FILE floors` or `trial.js FILE FAMILY SUBJECT`.
 * The figures go into FILE as JSON, because standard output belongs to what is measured.
 */
import { writeFileSync } from 'node:fs';
import { families } from './families.js';
import { measureFloors } from './floors.js';

const [file, familyName, subjectName] = process.argv.slice(2);
if (file === undefined || familyName === undefined) throw new Error('trial.js FILE FAMILY SUBJECT');

if (familyName === 'floors') {
  writeFileSync(file, JSON.stringify(await measureFloors()));
} else {
  const family = families.find(({ name }) => name === familyName);
  const subject =
    subjectName === 'mobula'
      ? family?.ours
      : subjectName === 'ray'
        ? family?.ray
        : family?.peers?.[String(subjectName)];
  if (subject === undefined) throw new Error(`no ${subjectName} in ${familyName}`);
  writeFileSync(file, JSON.stringify(await subject()));
}
