import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import { FixtureBridge } from "../fixture/bridge";
import { key, role, session, snapshot } from "../fixture/make";
import { App } from "../state/app.svelte";
import type { WindowMemory } from "../state/calls";
import { FRESH_MEMORY } from "../state/memory";
import type { Snapshot } from "../state/types";
import Window from "./Window.svelte";

const guest = role("guest", { group: "Clients" });
const audit = role("audit", { group: "Clients" });
const usual = { roles: [guest, audit], keys: [key("user")] };

/** A bridge with one snapshot, and what the window remembers. */
class RememberingBridge extends FixtureBridge {
  constructor(private readonly first: Snapshot, private kept: Partial<WindowMemory> = {}) {
    super("empty");
  }
  override async follow(seen: (snapshot: Snapshot) => void): Promise<() => void> {
    seen(this.first);
    return () => {};
  }
  override async memory(): Promise<WindowMemory> {
    return { ...FRESH_MEMORY, ...this.kept };
  }
}

async function open(parts: Partial<Snapshot>, kept: Partial<WindowMemory> = {}) {
  const bridge = new RememberingBridge(snapshot(parts), kept);
  const remembered = vi.spyOn(bridge, "remember");
  const app = new App(bridge);
  render(Window, { app });
  await app.start();
  await screen.findByRole("main");
  return { app, bridge, last: () => remembered.mock.calls.at(-1)?.[0] };
}

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("the list is as it was, and remembers a heading that is collapsed", async () => {
  const { last } = await open(usual, { collapsed: ["Clients"] });
  expect(screen.queryByRole("row", { name: /guest/ })).toBeNull();
  await fireEvent.click(screen.getByRole("button", { name: /Clients/ }));
  expect(await screen.findByRole("row", { name: /guest/ })).toBeTruthy();
  expect(last()?.collapsed).toEqual([]);
});

test("control with plus, minus and 0 changes the size on every page", async () => {
  const { app, last } = await open(usual);
  await fireEvent.keyDown(window, { key: "+", ctrlKey: true });
  expect(last()?.zoom).toBe(110);
  app.go({ at: "settings" });
  await fireEvent.keyDown(window, { key: "-", ctrlKey: true });
  await fireEvent.keyDown(window, { key: "-", ctrlKey: true });
  expect(last()?.zoom).toBe(90);
  await fireEvent.keyDown(window, { key: "0", ctrlKey: true });
  expect(last()?.zoom).toBe(100);
});

test("control with a number opens that line", async () => {
  const { bridge } = await open(usual);
  const assume = vi.spyOn(bridge, "assume");
  await fireEvent.keyDown(window, { key: "2", ctrlKey: true });
  expect(assume).toHaveBeenCalledWith("audit");
});

test("several sessions are selected with shift and ended together", async () => {
  const { app, bridge } = await open({ ...usual, sessions: [session(guest, 43), session(audit, 43)] });
  const end = vi.spyOn(bridge, "end");
  await fireEvent.keyDown(window, { key: "ArrowDown", shiftKey: true });
  expect(app.marked).toEqual(["guest", "audit"]);
  await fireEvent.keyDown(window, { key: "k", ctrlKey: true });
  await fireEvent.click(await screen.findByRole("option", { name: "End 2" }));
  expect(end.mock.calls).toEqual([["guest"], ["audit"]]);
  expect(app.marked).toEqual([]);
});

test("a session that was ended can be assumed again from the message", async () => {
  const { bridge, app } = await open({ ...usual, sessions: [session(guest, 43)] });
  const assume = vi.spyOn(bridge, "assume");
  app.end("guest");
  await fireEvent.click(await screen.findByRole("button", { name: "Assume again" }));
  expect(assume).toHaveBeenCalledWith("guest");
});

test("a problem stays until it is closed", async () => {
  vi.useFakeTimers();
  const { app } = await open(usual);
  app.toast({ problem: { code: "offline", what: "AWS could not be reached.", remedy: "Try again." } });
  app.toast({ done: "Saved" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(app.toasts.map((toast) => ("problem" in toast ? toast.problem.code : toast.done))).toEqual(["offline"]);
});

test("the window closes after a copy if the user wants that", async () => {
  const { app, bridge } = await open({ ...usual, sessions: [session(guest, 43)] }, { closes_after_copy: true });
  const close = vi.spyOn(bridge, "closeWindow");
  app.copy("guest");
  await waitFor(() => expect(close).toHaveBeenCalled());
});

test("a small window shows the active sessions only, and Escape leaves it", async () => {
  const { last } = await open({ ...usual, sessions: [session(guest, 43)] }, { is_mini: true });
  expect(screen.getByRole("button", { name: /guest/ })).toBeTruthy();
  expect(screen.queryByText("audit")).toBeNull();
  await fireEvent.keyDown(window, { key: "Escape" });
  expect(last()?.is_mini).toBe(false);
});

test("what was found is announced once the user stops typing", async () => {
  vi.useFakeTimers();
  const { app } = await open(usual);
  await fireEvent.input(screen.getByRole("combobox"), { target: { value: "gue" } });
  expect(app.announcement).toBe("");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(app.announcement).toBe("1 result");
});

test("the login and a shortcut are set in the settings, and a refusal is shown", async () => {
  const { app, bridge } = await open(usual);
  app.go({ at: "settings" });
  const login = vi.spyOn(bridge, "setAtLogin");
  await fireEvent.click(await screen.findByRole("switch", { name: "Start at login" }));
  expect(login).toHaveBeenCalledWith(true);
  const field = screen.getByRole("button", { name: /shortcut/ });
  await fireEvent.click(field);
  await fireEvent.keyDown(field, { key: "c", code: "KeyC", ctrlKey: true });
  expect(await screen.findByText(/cannot be a shortcut/)).toBeTruthy();
  await fireEvent.click(field);
  await fireEvent.keyDown(field, { key: "r", code: "KeyR", ctrlKey: true, altKey: true });
  expect(await screen.findByRole("button", { name: "Ctrl+Alt+R, shortcut" })).toBeTruthy();
});

test("the checklist counts what is done, and stays away once it is closed", async () => {
  const { last } = await open(usual);
  expect(screen.getByText("2 of 4 done")).toBeTruthy();
  await fireEvent.click(screen.getByRole("button", { name: "Close: Getting started" }));
  expect(screen.queryByText("Getting started")).toBeNull();
  expect(last()?.is_checklist_closed).toBe(true);
});

test("the practice account leads through three steps", async () => {
  const { app, bridge } = await open({ ...usual, mode: "practice" });
  const assume = vi.spyOn(bridge, "assume");
  expect(screen.getByText("0 of 3 done")).toBeTruthy();
  await fireEvent.click(screen.getByRole("button", { name: "Start" }));
  expect(assume).toHaveBeenCalledWith("guest");
  app.go({ at: "role", name: "guest" });
  expect(await screen.findByText(/Another account lets you in/)).toBeTruthy();
});
