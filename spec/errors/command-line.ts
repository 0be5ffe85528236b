import type { ErrorEntry } from './entry.ts';

/** What stops a command before or beside a run. */
export const COMMAND_ERRORS = {
  Usage: {
    means: 'the command was not written as it has to be; nothing was done',
    why: 'a command, option or argument is unknown, missing or one too many',
    fix: 'see temper COMMAND --help',
    example: "unknown option '--limt'; did you mean --limit?",
  },
  UnknownCode: {
    means: 'there is no error of that code',
    why: 'it is misspelt, or of another version of temper',
    fix: 'list them with: temper explain',
    example: 'there is no error code "CapacityMissing"',
  },
  Internal: {
    means: 'temper itself has a fault',
    why: 'something happened that its authors did not think of',
    fix: 'run it again with --debug, and report what it shows',
    example: 'cannot read properties of undefined',
  },
  SpecUnreadable: {
    means: 'the spec file could not be read; nothing was started',
    why: 'the path is wrong, from where the command was started, or the file may not be read',
    fix: 'give the path of a temper.yaml',
    example: 'cannot read temper.yml: no such file',
  },
  FileUnreadable: {
    means: 'a file that was named on the command line could not be read',
    why: 'the path is wrong, from where the command was started, or the file may not be read',
    fix: 'correct the path',
    example: 'cannot read faults.yaml: no such file',
  },
  FileUnwritable: {
    means: 'a file could not be written',
    why: 'its directory is not there or may not be written to, or the disk is full',
    fix: 'name another file',
    example: 'cannot write fixed/rows.jsonl: no such file',
  },
  PricesUnreadable: {
    means: 'the file of prices could not be read; nothing was started',
    why: 'the path in TEMPER_PRICES is wrong, or the file is not laid out as spec/prices.json is',
    fix: 'correct the path or the file, or unset TEMPER_PRICES',
    example: 'cannot read prices.json: regions.us-east-1.sources: expected array',
  },
  FilesMissing: {
    means: 'files that the spec names are not on this machine; nothing was started',
    why: 'paths of a spec are relative to it; or this is not the machine that has the data',
    fix: 'correct the paths, or run the command where the files are',
    example: 'train.script: no file train.py in /home/ana/reviews; create it or correct the path',
  },
  FilesInTheWay: {
    means: 'temper init or temper check --fix would have had to write over files, and wrote none',
    why: 'there are files of the same names, such as a temper.yaml',
    fix: 'name another directory or file, or move them away',
    example: 'nothing was written, as . has files of these names already: temper.yaml',
  },
  AccountIncomplete: {
    means: 'temper was not told where to work in AWS; nothing was started',
    why: 'a run needs a region, a bucket and a role, and neither the spec nor the environment names them all',
    fix: 'set aws.region, aws.bucket and aws.role in the spec, or AWS_REGION, TEMPER_BUCKET and TEMPER_ROLE_ARN',
    example: 'not given where to work in AWS: aws.bucket (or TEMPER_BUCKET)',
  },
  RegionMissing: {
    means: 'temper was not told which AWS region to ask',
    why: 'neither an option, nor AWS_REGION, nor the AWS profile names one',
    fix: 'set AWS_REGION or give --region',
    example: 'not given which AWS region',
  },
  TemporalUnreachable: {
    means: 'nobody answers where Temporal should be; runs under way are not touched by that',
    why: 'no Temporal runs there, or TEMPORAL_ADDRESS points to another place, or a firewall is in between',
    fix: 'start it on this machine with: temper dev up, or set TEMPORAL_ADDRESS to where it is',
    example: 'temporal does not answer at 127.0.0.1:7233',
  },
  TemporalRefused: {
    means: 'Temporal answers, and does not let this client in',
    why: 'the API key or certificate is missing, expired, or of another namespace',
    fix: 'check TEMPORAL_API_KEY, TEMPORAL_NAMESPACE and the TLS settings',
    example: 'temporal at my.tmprl.cloud:7233 refuses this client: request unauthorized',
  },
  NamespaceNotFound: {
    means: 'Temporal answers, and has no such namespace',
    why: 'TEMPORAL_NAMESPACE is misspelt or was never created',
    fix: 'create it, or set TEMPORAL_NAMESPACE',
    example: 'temporal at 127.0.0.1:7233 has no namespace "ml"',
  },
  SearchAttributesMissing: {
    means: 'the namespace does not know the search attributes by which runs are found',
    why: 'no worker of temper has been started in it, or none that was allowed to register them',
    fix: 'start a worker, which registers them: temper worker',
    example: 'namespace ml does not know what temper finds runs by',
  },
  NoWorker: {
    means: 'the run is there, and no worker answers for it; it waits and goes on when there is one',
    why: 'no temper worker polls the task queue in this namespace',
    fix: 'start one with: temper worker',
    example: 'no worker answers for the run',
  },
  OtherCode: {
    means: 'the worker that answered has another version of temper than the run was started with',
    why: 'workers were updated in a way that runs in flight cannot follow',
    fix: 'restart the workers with the code of the run: temper worker',
    example: 'a worker with other code than the run was started with answered for it',
  },
  WorkerDidNotStart: {
    means: 'the worker that temper dev up starts in the background ended or did not connect',
    why: 'its log says so; often Node or a native module is of another platform than the checkout was built on',
    fix: 'read .temper/logs/worker.log',
    example: 'the worker did not start: it ended with exit code 1',
  },
  RunNotFound: {
    means: 'no run is called that',
    why: 'it is misspelt, in another namespace or Temporal, or past the retention period',
    fix: 'list runs with: temper ls',
    example: 'no run matches "product-reviws"',
  },
  RunAmbiguous: {
    means: 'more than one run is called that',
    why: 'a name stands for all runs of that name, and this command needs to know which',
    fix: 'name one of them, such as its last six characters',
    example: '"reviews" stands for 3 runs',
  },
  NotARun: {
    means: 'the workflow is there, and is not a run of temper',
    why: 'a workflow id of something else was given',
    fix: 'list runs with: temper ls',
    example: 'order-1234 is not a run of temper',
  },
  RunExists: {
    means: 'there is a run of that name and id already; nothing was started or changed',
    why: 'the same --id was given before, such as by a script that was run twice',
    fix: 'follow the run with: temper watch RUN; or give another --id, or none',
    example: 'there is a run temper/reviews/build42 already',
  },
  RunOver: {
    means: 'there is nothing to cancel, as the run is over',
    why: 'it ended before it was told to',
    fix: 'see how it ended: temper show RUN',
    example: 'there is nothing to cancel: temper/reviews/7f3a9c is over (passed)',
  },
  NotAgreed: {
    means: 'the command asks before it does what cannot be undone, and nobody was there to answer; nothing was done',
    why: 'it was started by a script, or its output is no terminal',
    fix: 'add --yes',
    example: 'nobody is there to ask whether 3 orphans may go',
  },
  NoJob: {
    means: 'the run has no training job to print the log of',
    why: 'it has not come to its training yet, or failed before',
    fix: 'wait for it with: temper logs -f RUN, or see why with: temper show RUN',
    example: 'temper/reviews/7f3a9c has no training job yet',
  },
  InvalidJson: {
    means: 'the document given with --json is no JSON; nothing was sent',
    why: 'the shell took away the quotes, or a bracket is missing',
    fix: `write it as --json '{"text": "..."}'`,
    example: 'not JSON: unexpected token t in JSON at position 1',
  },
  EndpointNotFound: {
    means: 'there is no endpoint of that name',
    why: 'it is misspelt, was deleted, or is in another account or region; a run names it after its model',
    fix: 'see what a run deployed with: temper show RUN',
    example: 'no endpoint reviws in this account and region',
  },
  ModelError: {
    means: 'the endpoint is there, and the model on it answered with an error',
    why: 'the serving script cannot read the input, or raised an error',
    fix: 'see what it wrote: log group /aws/sagemaker/Endpoints/ENDPOINT',
    example: "the model answered 500: KeyError: 'text'",
  },
  RegionIsUp: {
    means: 'the laptop region is up already, and takes faults only when it starts',
    why: 'it was started before',
    fix: 'temper dev down, then up again',
    example: 'a region is up in .temper, and takes faults only when it starts',
  },
  RegionIsDown: {
    means: 'no laptop region is up here',
    why: 'it was not started, or keeps its state elsewhere: see TEMPER_HOME',
    fix: 'temper dev up',
    example: 'no region is up in /home/ana/reviews/.temper',
  },
  RegionDidNotStart: {
    means: 'the laptop region could not be started; what had started of it is stopped again',
    why: 'Python is missing or too old, packages cannot be downloaded, or another program holds what it needs',
    fix: 'do what the message says; the logs are in .temper/logs, and temper doctor looks further',
    example: 'the laptop region needs Python 3.10 or newer with venv; none is on PATH',
  },
  InvalidFaultPlan: {
    means: 'the file of faults is not one; the region was not started',
    why: 'an operation, error or count in it is not one that is known',
    fix: 'see docs/faults.md for the format',
    example: 'faults.yaml: unknown operation CreateTrainingJbo',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type CommandCode = keyof typeof COMMAND_ERRORS;
