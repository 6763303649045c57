// What browsers have and the oldest Node.js that is supported has not.

import { EventSource } from "eventsource";
import { WebSocket } from "ws";

globalThis.EventSource ??= EventSource;
globalThis.WebSocket ??= WebSocket;
