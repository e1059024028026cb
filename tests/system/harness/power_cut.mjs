// Takes back what was written but not flushed: the worst that a power cut would have left.

import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const headSize = 24;

/** Plays every `FILE.undo` of a directory backwards; returns how many writes were taken back. */
export function cutPower(directory) {
  let count = 0;
  for (const name of readdirSync(directory).filter((x) => x.endsWith('.undo'))) {
    const journal = join(directory, name);
    const file = journal.slice(0, -'.undo'.length);
    const records = [...recordsOf(readFileSync(journal))];
    if (existsSync(file)) undo(file, records.reverse());
    count += records.length;
    rmSync(journal);
  }
  for (const name of readdirSync(directory).filter((x) => x.endsWith('.db-shm'))) rmSync(join(directory, name));
  return count;
}

/** Whole records only: one that the kill cut short had not been followed by its write. */
function* recordsOf(bytes) {
  for (let at = 0; at + headSize <= bytes.length;) {
    const [offset, length, size] = [0, 8, 16].map((x) => Number(bytes.readBigInt64LE(at + x)));
    if (at + headSize + length > bytes.length) return;
    yield { offset, size, before: bytes.subarray(at + headSize, at + headSize + length) };
    at += headSize + length;
  }
}

function undo(file, records) {
  const fd = openSync(file, 'r+');
  for (const { offset, size, before } of records) {
    if (before.length > 0) writeSync(fd, before, 0, before.length, offset);
    if (fstatSync(fd).size > size) ftruncateSync(fd, size);
  }
  closeSync(fd);
}
