#ifndef WARDEN_CLI_SCAN_H
#define WARDEN_CLI_SCAN_H

/* `warden scan [--json] [--config F] [--mbox] FILE…`: the pipeline on files,
   without a service and without writing anything. Returns the exit status:
   0 all scanned, 1 some file could not be read, 2 usage or configuration. */
int warden_cli_scan(int argc, char **argv);

#endif
