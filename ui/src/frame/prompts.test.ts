import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { key, productionQuestion, role, snapshot } from "../fixture/make";
import { open, spy } from "../fixture/opened";

const usual = { roles: [role("guest", { group: "Clients" }), role("audit", { group: "Clients" })], keys: [key("user")] };
const prompt = {
  at_terminal: false,
  id: 7, mfa_serial: "arn:aws:iam::177634097045:mfa/user", roles: ["guest"], plan: "One code gives guest a session of 1 h.",
  alternative: "Use the code for guest only (12h)", next_code_at: null, problem: null, deadline: new Date(Date.now() + 120_000).toISOString(),
};

beforeEach(() => {
  vi.spyOn(console, "error");
});
afterEach(() => {
  expect(console.error).not.toHaveBeenCalled();
  cleanup();
});

describe("production", () => {
  const shop = role("shop", { production: true, account_id: "441022339018", account_alias: "shop-prod" });

  test("is assumed only after the account's name was typed; Enter alone does nothing", async () => {
    const bridge = await open({ ...usual, roles: [shop], open_questions: [productionQuestion(shop)] });
    const answer = spy(bridge, "answerAccount");
    const dialog = await screen.findByRole("dialog", { name: "Assume shop? It acts on production." });
    expect(within(dialog).getByText("Production: shop-prod (4410 2233 9018)")).toBeTruthy();
    const field = within(dialog).getByLabelText("Type shop-prod to assume it");
    const button = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Assume" });
    const form = dialog.querySelector("form");
    for (const wrong of ["", "shop", "yes"]) {
      await fireEvent.input(field, { target: { value: wrong } });
      if (form) await fireEvent.submit(form);
      expect(button.disabled).toBe(true);
    }
    expect(answer).not.toHaveBeenCalled();
    await fireEvent.input(field, { target: { value: "Shop-Prod" } });
    if (form) await fireEvent.submit(form);
    expect(answer).toHaveBeenCalledExactlyOnceWith(11, "Shop-Prod");
  });

  test("can have more time when little is left, and says so", async () => {
    const question = productionQuestion(shop);
    const soon = new Date(Date.now() + 20_000).toISOString();
    const bridge = await open({ ...usual, roles: [shop], open_questions: [question] });
    const extend = spy(bridge, "extendQuestion");
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).queryByRole("button", { name: "More time" })).toBeNull();
    bridge.show(snapshot({ ...usual, roles: [shop], open_questions: [{ ...question, deadline: soon }] }));
    await fireEvent.click(await within(dialog).findByRole("button", { name: "More time" }));
    expect(extend).toHaveBeenCalledExactlyOnceWith(11);
    expect(within(dialog).getByRole("status").textContent).toContain("30 seconds left");
    bridge.show(snapshot({ ...usual, roles: [shop], open_questions: [question] }));
    await waitFor(() => { expect(within(dialog).queryByRole("button", { name: "More time" })).toBeNull(); });
  });

  test("is cancelled with Escape", async () => {
    const bridge = await open({ ...usual, roles: [shop], open_questions: [productionQuestion(shop)] });
    const cancel = spy(bridge, "cancelAccount");
    await fireEvent(await screen.findByRole("dialog"), new Event("cancel", { cancelable: true }));
    expect(cancel).toHaveBeenCalledExactlyOnceWith(11);
  });
});

describe("code prompt", () => {
  test("appears by itself, takes six digits with spaces, and answers once", async () => {
    const bridge = await open(usual);
    const answer = spy(bridge, "answerPrompt");
    bridge.show(snapshot({ ...usual, open_questions: [{ kind: "code", ...prompt }] }));
    const dialog = await screen.findByRole("dialog", { name: "Code for guest" });
    expect(within(dialog).getByText(prompt.plan)).toBeTruthy();
    const field = within(dialog).getByLabelText("Six digits from your authenticator");
    await fireEvent.input(field, { target: { value: "123 456" } });
    const form = dialog.querySelector("form");
    if (form) await fireEvent.submit(form);
    expect(answer).toHaveBeenCalledExactlyOnceWith(7, "123456");
    bridge.show(snapshot(usual));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  test("b20_refuses_foreign_digits_with_a_message", async () => {
    const bridge = await open({ ...usual, open_questions: [{ kind: "code", ...prompt }] });
    const answer = spy(bridge, "answerPrompt");
    await fireEvent.input(screen.getByLabelText("Six digits from your authenticator"), { target: { value: "１２３４５６" } });
    expect(screen.getByText("Type the code with the digits 0 to 9.")).toBeTruthy();
    const form = document.querySelector("dialog form");
    if (form) await fireEvent.submit(form);
    expect(answer).not.toHaveBeenCalled();
  });

  test("shows what was wrong, waits for the next code, and keeps what is being typed", async () => {
    const again = { ...prompt, next_code_at: new Date(Date.now() + 20_500).toISOString(), problem: { code: "code_rejected" as const, what: "AWS did not accept the code.", remedy: "Wait for the next one." } };
    const bridge = await open({ ...usual, open_questions: [{ kind: "code", ...again }] });
    expect(screen.getByText("AWS did not accept the code.")).toBeTruthy();
    expect(screen.getByText(/shows the next one in 2[01] s/)).toBeTruthy();
    const field = screen.getByLabelText<HTMLInputElement>("Six digits from your authenticator");
    await fireEvent.input(field, { target: { value: "12" } });
    bridge.show(snapshot({ ...usual, open_questions: [{ kind: "code", ...again }] }));
    await Promise.resolve();
    expect(field.value).toBe("12");
  });

  test("names three roles in its heading, and all of them in its label", async () => {
    await open({ ...usual, open_questions: [{ kind: "code", ...prompt, roles: ["a", "b", "c", "d", "e"] }] });
    expect(screen.getByRole("heading", { name: "Code for a, b, c and 2 more" })).toBeTruthy();
    expect(screen.getByRole("dialog", { name: "Code for a, b, c, d, e" })).toBeTruthy();
  });

  test("offers the other use of the code", async () => {
    const bridge = await open({ ...usual, open_questions: [{ kind: "code", ...prompt }] });
    const other = spy(bridge, "switchPrompt");
    await fireEvent.click(screen.getByRole("button", { name: "Use the code for guest only (12h)" }));
    expect(other).toHaveBeenCalledWith(7);
  });

  test("is cancelled by its button", async () => {
    const bridge = await open({ ...usual, open_questions: [{ kind: "code", ...prompt }] });
    const cancel = spy(bridge, "cancelPrompt");
    await fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(cancel).toHaveBeenCalledWith(7);
  });

  test("shows the practice account's authenticator", async () => {
    await open({ ...usual, mode: "practice", open_questions: [{ kind: "code", ...prompt }] });
    await fireEvent.click(await screen.findByRole("button", { name: "Fill in" }));
    const field = screen.getByLabelText<HTMLInputElement>("Six digits from your authenticator");
    expect(field.value).toMatch(/^[0-9]{6}$/);
  });
});
