package io.fdflux.test;

import io.fdflux.posix.Errno;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a descriptor of a {@link ScriptedKernel} does, step by step; reading and writing have a script each. Each step
 * comes when the one before it is over: bytes after bytes arrive when those before are taken. An end or an error right
 * after bytes arrives together with them, as data and FIN do; {@link #wouldBlock()} between them has it arrive later.
 *
 * <p>A read for which the script holds nothing is a failure of the test; writes that it says nothing of
 * take everything.
 */
public final class DescriptorScript {

    final Deque<Step> reading = new ArrayDeque<>();
    final Deque<Step> writing = new ArrayDeque<>();
    boolean stream;
    boolean messages;
    boolean nonBlocking;
    int refusal;
    boolean hangupAlone;

    DescriptorScript() {}

    /**
     * These bytes are there to read.
     *
     * @param text as UTF-8; one read takes as many of its bytes as fit, never more than these
     * @return this
     */
    public DescriptorScript data(String text) {
        return data(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * These bytes are there to read.
     *
     * @param bytes one read takes as many of them as fit, never more than these
     * @return this
     */
    public DescriptorScript data(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("no bytes: eof() is the end, wouldBlock() is nothing yet");
        }
        reading.add(new Step.Data(bytes.clone()));
        return this;
    }

    /**
     * Nothing is there. It is over when it was noticed (by EAGAIN, or by a short read of a {@link #stream()}) and the
     * kernel watches: what follows then arrives. As the last step it is never over.
     *
     * @return this
     */
    public DescriptorScript wouldBlock() {
        reading.add(new Step.WouldBlock());
        return this;
    }

    /**
     * Nothing is there until the test calls {@link ScriptedKernel#becomeReadable}.
     *
     * @return this
     */
    public DescriptorScript pause() {
        reading.add(new Step.Pause());
        return this;
    }

    /**
     * Nothing is there; watching, the kernel reports all the same that there is, once. Goes on like
     * {@link #wouldBlock()}.
     *
     * @return this
     */
    public DescriptorScript spuriousEvent() {
        reading.add(new Step.Spurious());
        return wouldBlock();
    }

    /**
     * The end: the peer has gone, which a watch for hang-up reports. Nothing can follow.
     *
     * @return this
     */
    public DescriptorScript eof() {
        reading.add(new Step.Eof());
        return this;
    }

    /**
     * A read fails, once; a watch for hang-up reports it.
     *
     * @param errno positive, such as {@link Errno#ECONNRESET}
     * @return this
     */
    public DescriptorScript error(int errno) {
        reading.add(new Step.Failure(requireErrno(errno)));
        return this;
    }

    /**
     * A write takes no more than so many bytes, in all the writes until they are used up.
     *
     * @param bytes positive
     * @return this
     */
    public DescriptorScript room(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("room for " + bytes + " bytes: writeWouldBlock() is no room");
        }
        writing.add(new Step.Room(bytes));
        return this;
    }

    /**
     * No room. It is over when it was noticed (by EAGAIN or by a write that took less than it was given) and the
     * kernel watches.
     *
     * @return this
     */
    public DescriptorScript writeWouldBlock() {
        writing.add(new Step.WouldBlock());
        return this;
    }

    /**
     * No room until the test calls {@link ScriptedKernel#becomeWritable}.
     *
     * @return this
     */
    public DescriptorScript writePause() {
        writing.add(new Step.Pause());
        return this;
    }

    /**
     * A write fails, once.
     *
     * @param errno positive, such as {@link Errno#EPIPE}
     * @return this
     */
    public DescriptorScript writeError(int errno) {
        writing.add(new Step.Failure(requireErrno(errno)));
        return this;
    }

    /**
     * It is a stream socket, on which a short read proves that nothing is left. Otherwise it is like a pipe or
     * a terminal.
     *
     * @return this
     */
    public DescriptorScript stream() {
        stream = true;
        return this;
    }

    /**
     * It hands out messages: each step of data is one, which a read takes whole, and empty buffers are written.
     *
     * @return this
     */
    public DescriptorScript messages() {
        messages = true;
        return this;
    }

    /**
     * An empty message is there to read.
     *
     * @return this
     */
    public DescriptorScript emptyMessage() {
        reading.add(new Step.Data(new byte[0]));
        return this;
    }

    /**
     * Its kernel reports the peer's going as {@link io.fdflux.spi.Readiness#HANGUP} without READABLE while READ is not
     * armed, as the contract allows.
     *
     * @return this
     */
    public DescriptorScript hangupAlone() {
        hangupAlone = true;
        return this;
    }

    /**
     * It was non-blocking before anybody used it.
     *
     * @return this
     */
    public DescriptorScript nonBlocking() {
        nonBlocking = true;
        return this;
    }

    /**
     * The kernel refuses to watch it.
     *
     * @param errno why; {@link Errno#EPERM} is epoll's answer for a regular file
     * @return this
     */
    public DescriptorScript refusesWatch(int errno) {
        refusal = requireErrno(errno);
        return this;
    }

    private static int requireErrno(int errno) {
        if (errno <= 0 || errno == Errno.EAGAIN) {
            throw new IllegalArgumentException("not an error to script: " + errno + " (EAGAIN is wouldBlock())");
        }
        return errno;
    }
}
