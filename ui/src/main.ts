import { mount } from "svelte";
import { App } from "./app.svelte";
import { openBridge } from "./bridge";
import Window from "./frame/Window.svelte";
import "./tokens.css";
import "./base.css";

const app = new App(await openBridge());
mount(Window, { target: document.body, props: { app } });
await app.start();
