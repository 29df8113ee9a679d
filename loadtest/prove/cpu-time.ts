import { readFileSync } from 'node:fs';

/** The CPU time that a process has used, in ms, by the kernel's count in hundredths of a second. Linux only. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
