/** What went wrong, by a name that the page has words for. */
export class DeviceError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
