import { mount } from "svelte";
import { App } from "./state/app.svelte";
import { openBridge } from "./state/bridge";
import Window from "./frame/Window.svelte";
import "./style/tokens.css";
import "./style/font.css";
import "./style/base.css";
import "./style/controls.css";

const app = new App(await openBridge());
mount(Window, { target: document.body, props: { app } });
await app.start();
