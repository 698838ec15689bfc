// Lines for the host's log, under the function's name.
import { logAt } from "./abi";

export namespace log {
  export function trace(message: string): void {
    logAt(0, message);
  }
  export function debug(message: string): void {
    logAt(1, message);
  }
  export function info(message: string): void {
    logAt(2, message);
  }
  export function warn(message: string): void {
    logAt(3, message);
  }
  export function error(message: string): void {
    logAt(4, message);
  }
}
