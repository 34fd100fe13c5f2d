package io.fdflux.netty.peers;

import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Digest;
import io.fdflux.netty.Peer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A peer that sends on a thread of its own, so that it may block. */
public final class Sender {

    private static final int PIECE = 64 * 1024;

    private final AtomicLong sent = new AtomicLong();
    private final Digest digest = new Digest();
    private final CompletableFuture<String> done = new CompletableFuture<>();

    private Sender() {}

    /** Starts to send this many bytes, and runs an action once the kernel has the last one. */
    public static Sender start(Peer peer, long bytes, AfterAll after) {
        Sender sender = new Sender();
        Thread.ofPlatform().daemon().start(() -> sender.run(peer, bytes, after));
        return sender;
    }

    /** The action after the last byte. */
    public interface AfterAll {
        void run(Peer peer) throws IOException;
    }

    private void run(Peer peer, long bytes, AfterAll after) {
        try {
            for (long left = bytes; left > 0; left -= PIECE) {
                byte[] piece = Digest.bytes((int) Math.min(PIECE, left), left);
                peer.send(piece);
                digest.add(piece, piece.length);
                sent.addAndGet(piece.length);
            }
            after.run(peer);
            done.complete(digest.end());
        } catch (IOException e) {
            done.completeExceptionally(e);
        }
    }

    public long sent() {
        return sent.get();
    }

    /** Waits until the sender blocks, or has sent all bytes. */
    public void awaitHeldUp() {
        AtomicLong last = new AtomicLong(-1);
        await().during(300, TimeUnit.MILLISECONDS).until(() -> last.getAndSet(sent()) == sent());
    }

    /** Waits for the end and returns the digest of all bytes. */
    public String digest() throws Exception {
        return done.get(60, TimeUnit.SECONDS);
    }

    /** {@return whether the sender failed, as it does after a reset} */
    public boolean failed() {
        return done.isCompletedExceptionally();
    }
}
