/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"
#include <msnav/base.h>
#include <string.h>

const char *msnav_version(void) {
  return MSNAV_VERSION;
}

bool msnav_has_feature(const char *name) {
  static const struct {
    const char *name;
    bool built;
  } features[] = {
    {"glib", true},    {"srtp", HAVE_SRTP},         {"opus", HAVE_OPUS},
    {"gsm", HAVE_GSM}, {"speexdsp", HAVE_SPEEXDSP},
  };
  for (size_t i = 0; name != NULL && i < sizeof(features) / sizeof(features[0]);
       i++) {
    if (strcmp(name, features[i].name) == 0) {
      return features[i].built;
    }
  }
  return false;
}
