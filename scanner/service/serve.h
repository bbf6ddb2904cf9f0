#ifndef WARDEN_SERVE_H
#define WARDEN_SERVE_H

/* The loop of one wardend process. It holds clients while their requests
   arrive, and handles one complete request at a time, plainly and blocking.

   - A silent or slow client costs a descriptor until its time is up, nothing
     else: others are accepted and served meanwhile.
   - A client whose request is arriving right now is waited for (briefly)
     before another is accepted or a slower one's request is handled: so that
     it is not stuck here behind a scan while other processes are free.
   - After the answer, when nobody waits, the store does its housekeeping. */

#include "master.h"
#include "service.h"

/* Until told to stop (by a signal, the master's dead pipe, its service count):
   then requests that have begun to arrive are still served, for some seconds.
   */
void warden_serve(struct warden_service *service,
		  struct warden_master *master);

#endif
