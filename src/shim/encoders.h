/* Keys that stand for moments by functions of a user.  Every function may raise an error. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* function(timestamptz): the key as its type writes it.  Microseconds since 2000-01-01 UTC. */
extern const char *pgs_encode_key(uint32_t function, int64_t instant);
/* function(key): the moment. */
extern int64_t pgs_decode_key(uint32_t function, const char *key);

#ifdef __cplusplus
}
#endif
