#ifndef WARDEN_CLI_COMMANDS_H
#define WARDEN_CLI_COMMANDS_H

/* The commands: argv[0] is the command's name. Each returns the exit
   status. */

int warden_cli_eval(int argc, char **argv);
int warden_cli_features(int argc, char **argv);
int warden_cli_learn(int argc, char **argv);
int warden_cli_list(int argc, char **argv);
int warden_cli_hunt(int argc, char **argv);
int warden_cli_own(int argc, char **argv);
int warden_cli_show(int argc, char **argv);
int warden_cli_stats(int argc, char **argv);
int warden_cli_db(int argc, char **argv);
int warden_cli_feed(int argc, char **argv);
int warden_cli_notice(int argc, char **argv);
int warden_cli_yara(int argc, char **argv);

#endif
