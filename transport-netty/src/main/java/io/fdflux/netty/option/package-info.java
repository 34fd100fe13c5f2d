/** The options of channels: one table per kind of socket, and the calls that read and set the kernel's options. */
package io.fdflux.netty.option;
