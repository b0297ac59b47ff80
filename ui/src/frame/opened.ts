// Opens the window in a test, with snapshots that the test gives.
import { render, screen } from "@testing-library/svelte";
import { vi } from "vitest";
import { App } from "../state/app.svelte";
import type { Bridge } from "../state/bridge";
import { FixtureBridge } from "../fixture/bridge";
import { snapshot } from "../fixture/make";
import type { Snapshot } from "../state/types";
import Window from "./Window.svelte";

/** A bridge that shows given snapshots; calls are recorded with `spy`. */
export class RecordingBridge extends FixtureBridge {
  show: (snapshot: Snapshot) => void = () => {};
  constructor(private readonly first: Snapshot) {
    super("empty");
  }
  override async follow(seen: (snapshot: Snapshot) => void): Promise<() => void> {
    this.show = seen;
    seen(this.first);
    return () => {};
  }
}

export async function open(parts: Partial<Snapshot>): Promise<RecordingBridge> {
  const bridge = new RecordingBridge(snapshot(parts));
  const app = new App(bridge);
  render(Window, { app });
  await app.start();
  await screen.findByRole("navigation");
  return bridge;
}

export function spy<Name extends keyof Bridge>(bridge: RecordingBridge, name: Name) {
  return vi.spyOn(bridge as Bridge, name).mockResolvedValue(undefined as never);
}
