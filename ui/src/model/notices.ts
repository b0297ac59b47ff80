// The issues in AWS's files, in display order.

import type { AwsFilesView, Problem, Snapshot } from "../state/types";
import { visible } from "./visible";

export type FileNotice = AwsFilesView["notices"][number];

/** A profile that cannot be assumed, where it is defined, and why. */
export interface Unusable {
  name: string;
  place: string;
  problem: Problem;
}

/** Returns AWS's two files, each with its issues. */
export function filesOf({ aws }: Snapshot): { path: string; notices: FileNotice[] }[] {
  const of = (file: FileNotice["file"]): FileNotice[] => aws.notices.filter((notice) => notice.file === file);
  return [
    { path: aws.config_path, notices: of("config") },
    { path: aws.credentials_path, notices: of("credentials") },
  ];
}

/** Returns the role profiles that cannot be assumed, except those whose key only has to be moved. */
export function unusable(snapshot: Snapshot): Unusable[] {
  return snapshot.roles.flatMap(({ name, origin, problem }) => {
    if (origin.kind !== "profile" || !problem || problem.code === "plaintext_key") return [];
    const line = origin.line === null ? "" : `, line ${origin.line}`;
    return [{ name, place: `${visible(origin.place)}${line}`, problem }];
  });
}

/** Returns the number of issues in AWS's files. */
export function issueCount(snapshot: Snapshot): number {
  return snapshot.aws.notices.length + unusable(snapshot).length;
}
