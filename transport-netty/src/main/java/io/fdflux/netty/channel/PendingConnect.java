package io.fdflux.netty.channel;

import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/** A connect in progress, with its promise and its timeout. Loop thread only. */
final class PendingConnect {

    private final ChannelPromise promise;
    private final SocketAddress remote;
    private final ChannelTimer timeout;

    PendingConnect(StreamChannel channel, ChannelPromise promise, SocketAddress remote, int timeoutMillis) {
        this.promise = promise;
        this.remote = remote;
        this.timeout = timeoutMillis <= 0
                ? null
                : channel.after(TimeUnit.MILLISECONDS.toNanos(timeoutMillis), () -> timedOut(channel, timeoutMillis));
        promise.addListener(done -> {
            if (done.isCancelled()) {
                channel.close();
            }
        });
    }

    private void timedOut(StreamChannel channel, int timeoutMillis) {
        if (promise.tryFailure(
                new ConnectTimeoutException("connection timed out after " + timeoutMillis + " ms: " + remote))) {
            channel.close();
        }
    }

    ChannelPromise promise() {
        return promise;
    }

    SocketAddress remote() {
        return remote;
    }

    void cancelTimeout() {
        if (timeout != null) {
            timeout.cancel();
        }
    }
}
