/** An error as a state machine sees it: the name is the handler's, the message Lambda's JSON. */
export class FunctionError extends Error {
  constructor(errorType: string, errorMessage: string, trace: string[] = []) {
    super(JSON.stringify({ errorType, errorMessage, trace }));
    this.name = errorType;
  }
}
