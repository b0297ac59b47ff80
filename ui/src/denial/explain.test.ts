import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "../state/app.svelte";
import { FixtureBridge } from "../fixture/bridge";
import ExplainPage from "./ExplainPage.svelte";

afterEach(cleanup);

function open(): FixtureBridge {
  const bridge = new FixtureBridge("empty");
  render(ExplainPage, { app: new App(bridge), onback: () => {} });
  return bridge;
}

async function paste(text: string): Promise<void> {
  await fireEvent.input(screen.getByLabelText("Error message"), { target: { value: text } });
  await fireEvent.click(screen.getByRole("button", { name: "Explain" }));
}

test("explains a pasted error as it is, with the statement to send", async () => {
  const bridge = open();
  const explain = vi.spyOn(bridge, "explainText");
  await paste("│ Error: AccessDenied: Access denied");
  expect(await screen.findByText("Most likely")).toBeTruthy();
  expect(explain).toHaveBeenCalledWith("│ Error: AccessDenied: Access denied");
  expect(screen.getAllByRole("button", { name: "Copy statement" }).length).toBeGreaterThan(0);
});

test("says at the field that a text has no error", async () => {
  open();
  const button = screen.getByRole("button", { name: "Explain" });
  expect(button.hasAttribute("disabled")).toBe(true);
  await paste("hello");
  expect((await screen.findByText(/has no error of AWS/)).id).toBe("note-error_text");
  expect(screen.queryByText("Most likely")).toBeNull();
});
