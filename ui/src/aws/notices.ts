// What is noticed in AWS's files, ordered for reading.

import type { AwsFilesView, Problem, Snapshot } from "../snapshot";
import { visible } from "../visible";

export type FileNotice = AwsFilesView["notices"][number];

/** A profile that cannot be assumed, where it is written, and why. */
export interface Unusable {
  name: string;
  place: string;
  problem: Problem;
}

/** Returns AWS's two files, each with what is noticed in it. */
export function filesOf({ aws }: Snapshot): { path: string; notices: FileNotice[] }[] {
  const of = (file: FileNotice["file"]): FileNotice[] => aws.notices.filter((notice) => notice.file === file);
  return [
    { path: aws.config_path, notices: of("config") },
    { path: aws.credentials_path, notices: of("credentials") },
  ];
}

/** Returns the profiles that are roles and cannot be assumed, but for those whose key only has to be moved. */
export function unusable(snapshot: Snapshot): Unusable[] {
  return snapshot.roles.flatMap(({ name, origin, problem }) => {
    if (origin.kind !== "profile" || !problem || problem.code === "plaintext_key") return [];
    const line = origin.line === null ? "" : `, line ${origin.line}`;
    return [{ name, place: `${visible(origin.place)}${line}`, problem }];
  });
}

/** Returns how many things there are to tell of AWS's files. */
export function noticeCount(snapshot: Snapshot): number {
  return snapshot.aws.notices.length + unusable(snapshot).length;
}
