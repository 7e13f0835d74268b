#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { isMobulaError } from '../errors/index.js';
import { VERSION } from '../runtime/version.js';
import { CommandFailure } from './failure.js';
import { type StartOptions, start } from './start.js';
import { type StatusOptions, status } from './status.js';
import { type StopOptions, stop } from './stop.js';

const NAME = 'the node of this name, where several run on one machine';

function program(): Command {
  const mobula = new Command('mobula')
    .description('Nodes of Mobula that outlive the programs that use them.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print what there is')
    .helpCommand(false)
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 it could not be done, 2 wrong usage. `mobula COMMAND --help` tells the options of a command.',
    );
  mobula
    .command('start')
    .description(
      'Starts a node on this machine, and returns when programs can attach to it.\n' +
        'The first node of a cluster is its head; without --redis it starts a Redis of its own if redis-server is installed.',
    )
    .option('--head', 'this is the first node')
    .option(
      '--redis <url>',
      'Redis of the cluster: redis://, redis+sentinel:// or redis+cluster://; with TLS rediss://..., and ?ca=FILE for its authority',
    )
    .option('--address <host[:port]>', 'where other nodes reach this one; without it, on this machine alone')
    .option(
      '--secret-file <file>',
      "the cluster's secret, 0600; a head makes the file. Default: MOBULA_SECRET_FILE in the environment, then a file beside the node's",
    )
    .option(
      '--tls-cert <file>',
      "PEM file of this node's certificate; links between nodes are encrypted then",
    )
    .option('--tls-key <file>', 'PEM file of its private key')
    .option('--tls-ca <file>', "PEM file of the authority that signed the other nodes' certificates")
    .option('--num-cpus <n>', 'CPUs for tasks; default: those that this process may use')
    .option('--resources <json>', 'further resources by name, such as \'{"gpu": 1}\'')
    .option(
      '--object-store-memory <bytes>',
      'size of the object store, such as 2GiB; default: 30 % of the memory',
    )
    .option('--name <name>', 'starts a node beside those that run on this machine, under this name')
    .option('--block', 'stay until the node ends; Ctrl-C and SIGTERM end it')
    .option('--json', 'print what was started as JSON, on one line')
    .addHelpText(
      'after',
      '\nExamples:\n  mobula start --head\n  mobula start --head --address 10.0.0.1 --num-cpus 8 --object-store-memory 4GiB\n' +
        '  mobula start --redis redis://10.0.0.1:6379 --address 10.0.0.2 --secret-file cluster.secret',
    )
    .action((options: StartOptions) => start(options));
  mobula
    .command('stop')
    .description(
      "Ends this machine's nodes that you started, with their workers, and waits until they are gone.\n" +
        'Exit code 1: there is none of that name, or one had to be killed.',
    )
    .option('--name <name>', `only ${NAME}`)
    .option('--json', 'print what was ended as JSON, on one line')
    .action((options: StopOptions) => stop(options));
  mobula
    .command('status')
    .description('Shows nodes, resources, jobs and tasks. Exit code 1: no node runs on this machine.')
    .option('--name <name>', NAME)
    .option('--json', 'print it as JSON, on one line')
    .action((options: StatusOptions) => status(options));
  for (const command of mobula.commands)
    command.helpOption('-h, --help', 'print this').allowExcessArguments(false);
  return mobula;
}

/** The exit code of a command line. */
async function run(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv);
    return 0;
  } catch (error) {
    // What the parser has to say it has printed.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof CommandFailure) {
      console.error(`mobula: ${error.message}`);
      return error.exitCode;
    }
    console.error(isMobulaError(error) ? `mobula: ${error.message}` : error);
    return 1;
  }
}

process.exitCode = await run(process.argv);
