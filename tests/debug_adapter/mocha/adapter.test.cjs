// The adapter as seen by an independent client: @vscode/debugadapter-testsupport, over standard
// input and output and over a port. Run by test_mocha.py, which sets the environment.
const { DebugClient } = require('@vscode/debugadapter-testsupport');
const assert = require('assert');
const path = require('path');

const { PYTHON, ADAPTER, SPELLS, PORT } = process.env;
const PROGRAM = path.join(SPELLS, 'program.lua');
const LINES = JSON.parse(process.env.LINES);

for (const [way, port] of [['stdio', undefined], ['port', Number(PORT)]]) {
  describe(`llmspell-debug-adapter over ${way}`, function () {
    this.timeout(30000);
    let client;
    beforeEach(async () => {
      client = new DebugClient(PYTHON, ADAPTER, 'llmspell');
      client.defaultTimeout = 25000;
      await client.start(port);
    });
    afterEach(() => client.stop());

    it('refuses what it does not know', async () => {
      await client.initializeRequest();
      await assert.rejects(client.send('illegal_request'), /Unknown command: illegal_request/);
    });

    it('says what it can', async () => {
      const { body } = await client.initializeRequest();
      assert.strictEqual(body.supportsConfigurationDoneRequest, true);
      assert.strictEqual(body.supportsDataBreakpoints, true);
      assert.strictEqual(body.supportsStepBack, undefined);
    });

    it('refuses to count from neither 0 nor 1', () =>
      assert.rejects(client.initializeRequest({ adapterID: 'x', linesStartAt1: 'one' })));

    it('runs a program to its end', () => Promise.all([
      client.configurationSequence(),
      client.launch({ program: PROGRAM }),
      client.waitForEvent('terminated'),
    ]));

    it('stops on entry', () => Promise.all([
      client.configurationSequence(),
      client.launch({ program: PROGRAM, stopOnEntry: true }),
      client.assertStoppedLocation('entry', { path: PROGRAM, line: LINES.first }),
    ]));

    it('hits a breakpoint', () =>
      client.hitBreakpoint({ program: PROGRAM }, { path: PROGRAM, line: LINES.sum }));

    it('moves a breakpoint to the next statement', () => {
      const moved = { path: PROGRAM, line: LINES.call };
      return client.hitBreakpoint(
        { program: PROGRAM }, { path: PROGRAM, line: LINES.comment }, moved, moved);
    });

    it('hits a conditional breakpoint', async () => {
      await Promise.all([
        client.waitForEvent('initialized').then(() => client.setBreakpointsRequest({
          source: { path: PROGRAM }, breakpoints: [{ line: LINES.loop, condition: 'i == 3' }],
        })).then(() => client.configurationDoneRequest()),
        client.launch({ program: PROGRAM }),
        client.assertStoppedLocation('breakpoint', { path: PROGRAM, line: LINES.loop }),
      ]);
      const { body: { stackFrames: [frame] } } = await client.stackTraceRequest({ threadId: 1 });
      const { body } = await client.evaluateRequest({ expression: 'i', frameId: frame.id, context: 'watch' });
      assert.strictEqual(body.result, '3');
    });

    it('stops at an uncaught error', () => Promise.all([
      client.waitForEvent('initialized')
        .then(() => client.setExceptionBreakpointsRequest({ filters: ['uncaught'] }))
        .then(() => client.configurationDoneRequest()),
      client.launch({ program: path.join(SPELLS, 'fails.lua') }),
      client.assertStoppedLocation('exception', { line: 2 }),
    ]));

    it('steps', async () => {
      await client.hitBreakpoint({ program: PROGRAM }, { path: PROGRAM, line: LINES.call });
      await Promise.all([
        client.stepInRequest({ threadId: 1 }),
        client.assertStoppedLocation('step', { path: PROGRAM, line: LINES.sum }),
      ]);
      await Promise.all([
        client.stepOutRequest({ threadId: 1 }),
        client.waitForEvent('stopped'),
      ]);
      await Promise.all([
        client.nextRequest({ threadId: 1 }),
        client.waitForEvent('stopped'),
      ]);
    });

    it('hands output over', () => Promise.all([
      client.configurationSequence(),
      client.launch({ program: PROGRAM }),
      client.assertOutput('stdout', 'hello\n42\n', 20000),
    ]));
  });
}
