// Goes to a debugpy that listens: what is needed of Microsoft's extension, which no registry of ours has.
const vscode = require("vscode");

exports.activate = (context) => {
  const createDebugAdapterDescriptor = ({ configuration: { connect } }) =>
    new vscode.DebugAdapterServer(connect.port, connect.host);
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory("debugpy", { createDebugAdapterDescriptor }),
  );
};
