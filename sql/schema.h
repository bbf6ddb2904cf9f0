#ifndef WARDEN_SCHEMA_H
#define WARDEN_SCHEMA_H

/* schema/NNNN-*.sql in order, as they were at build time; step n brings a
   database from version n to n + 1. schema.c is generated from them. */

extern const char *const warden_schema[];
extern const unsigned int warden_schema_count;

#endif
