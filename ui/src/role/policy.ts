// A session policy while it is typed: whether it is JSON, and how much room it takes. The backend knows the grammar.

/** The most characters of the inline policy and the ARNs together, white space in the policy left out. */
export const POLICY_MAX = 2048;

/** Returns what is wrong with the text as JSON, or null. */
export function jsonError(text: string): string | null {
  if (text.trim() === "") return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `Not JSON yet${place(text, String(error))}.`;
  }
}

function place(text: string, message: string): string {
  const at = /position (\d+)/.exec(message)?.[1];
  const told = /line (\d+) column (\d+)/.exec(message);
  if (told) return `: line ${told[1]}, column ${told[2]}`;
  if (at === undefined) return "";
  const before = text.slice(0, Number(at)).split("\n");
  return `: line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Returns how many characters AWS counts: the policy without white space between its tokens, and the ARNs. */
export function countedSize(policy: string, arns: string[]): number {
  return compact(policy).length + arns.reduce((sum, arn) => sum + arn.length, 0);
}

function compact(text: string): string {
  try {
    return text.trim() === "" ? "" : JSON.stringify(JSON.parse(text));
  } catch {
    return text.trim();
  }
}
