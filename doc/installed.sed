# SPDX-License-Identifier: LGPL-2.1-or-later
# The pages as they are installed: NEWS.md stands beside them, the sources are
# not there.
s,](\.\./NEWS\.md),](NEWS.md),g
s,\[\([^]]*\)](\.\./[^)]*),\1,g
