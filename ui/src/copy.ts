// Puts plain text that is already on screen on the clipboard.

/** Copies the text of an element; falls back to selecting it where the clipboard is closed to pages. */
export async function copyText(element: HTMLElement): Promise<boolean> {
  const text = element.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand("copy");
  }
}
