# What has to be built by more than go build: nanomsg's C library on this engine.
# See capi/README.md.

PREFIX = /usr/local
CC = gcc
CFLAGS = -std=gnu11 -O2 -g -Wall -Wextra -Werror -fPIC -fvisibility=hidden
VERSION = 1.2.1

lib = build/lib
headers = $(wildcard capi/include/nanomsg/*.h)
shim = $(wildcard capi/shim/*.c)
engine = $(lib)/libnanomsg-engine.so

.PHONY: libnanomsg install libnanomsg-deb clean $(engine)

libnanomsg: $(engine) $(lib)/libnanomsg.so.5.1.0 $(lib)/libnanomsg.so.6.0.1 $(lib)/pkgconfig/nanomsg.pc build/include/nanomsg

# The Go half. Its runtime sends itself no signals (asyncpreemptoff).
$(engine):
	@mkdir -p $(lib)
	CGO_ENABLED=1 go build -trimpath -buildmode=c-shared \
		-ldflags='-s -w -X runtime.godebugDefault=asyncpreemptoff=1 -extldflags "-Wl,-soname,libnanomsg-engine.so -Wl,--version-script=$(CURDIR)/capi/shim/engine.map"' \
		-o $@ ./capi/lib
	@rm -f $(lib)/libnanomsg-engine.h

# The C half, once for each soname that programs ask for.
$(lib)/libnanomsg.so.%: $(shim) $(wildcard capi/shim/*.h) capi/shim/libnanomsg.map $(headers)
	@mkdir -p $(lib)
	$(CC) $(CFLAGS) -DSONAME=$(firstword $(subst ., ,$*)) -DNN_EXPORT='__attribute__((visibility("default"))) extern' \
		-Icapi/include -shared -o $@ $(shim) -pthread -ldl \
		-Wl,-soname,libnanomsg.so.$(firstword $(subst ., ,$*)) -Wl,--version-script=capi/shim/libnanomsg.map -Wl,-z,defs
	ln -sf $(@F) $(lib)/libnanomsg.so.$(firstword $(subst ., ,$*))
	ln -sf libnanomsg.so.6 $(lib)/libnanomsg.so

$(lib)/pkgconfig/nanomsg.pc: Makefile
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' \
		'Name: nanomsg' 'Description: nanomsg interface of Sprocket' 'Version: $(VERSION)' \
		'Libs: -L$${libdir} -lnanomsg' 'Cflags: -I$${includedir}' > $@

build/include/nanomsg: $(headers)
	@mkdir -p $@
	cp $(headers) $@
	@touch $@

install: libnanomsg
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/nanomsg
	cp -P $(lib)/libnanomsg* $(DESTDIR)$(PREFIX)/lib/
	sed 's|^prefix=.*|prefix=$(PREFIX)|' $(lib)/pkgconfig/nanomsg.pc > $(DESTDIR)$(PREFIX)/lib/pkgconfig/nanomsg.pc
	install -m 644 $(headers) $(DESTDIR)$(PREFIX)/include/nanomsg/

# A Debian package under a name of our own, in the place of libnanomsg5.
libnanomsg-deb: libnanomsg
	capi/debian/build $(VERSION) build/deb/libnanomsg-sprocket.deb

clean:
	rm -rf build/lib build/include build/deb
