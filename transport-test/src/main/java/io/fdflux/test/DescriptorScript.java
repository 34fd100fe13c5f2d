package io.fdflux.test;

import io.fdflux.posix.Errno;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Defines the behaviour of a descriptor of a {@link ScriptedKernel}, in steps. Reading and writing have a script each.
 * A step begins when the previous one ends; for example, bytes arrive when all earlier bytes are read. An end or an
 * error directly after bytes arrives together with them, as FIN does with data. A {@link #wouldBlock()} between them
 * delays it.
 *
 * <p>A read beyond the script fails the test. A write beyond the script accepts all bytes.
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
     * Makes bytes readable.
     *
     * @param text encoded as UTF-8. One read returns as many of these bytes as fit, and no later ones
     * @return this
     */
    public DescriptorScript data(String text) {
        return data(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Makes bytes readable.
     *
     * @param bytes one read returns as many of these as fit, and no later ones
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
     * Queues a connection at a listening socket. Each step arrives together with the connections right before it.
     *
     * @param script what the connection does
     * @return this
     */
    public DescriptorScript connection(ScriptedKernel.Script script) {
        reading.add(new Step.Connection(script));
        return this;
    }

    /**
     * Makes reads block. The step ends when the reader has noticed it, by EAGAIN or by a short read of a
     * {@link #stream()}, and has armed reading. As the last step it never ends.
     *
     * @return this
     */
    public DescriptorScript wouldBlock() {
        reading.add(new Step.WouldBlock());
        return this;
    }

    /**
     * Makes reads block until the test calls {@link ScriptedKernel#becomeReadable}.
     *
     * @return this
     */
    public DescriptorScript pause() {
        reading.add(new Step.Pause());
        return this;
    }

    /**
     * Makes reads block, but reports one spurious event. Continues like {@link #wouldBlock()}.
     *
     * @return this
     */
    public DescriptorScript spuriousEvent() {
        reading.add(new Step.Spurious());
        return wouldBlock();
    }

    /**
     * Ends the stream: the peer has closed, which a watch for hang-up reports. No step can follow.
     *
     * @return this
     */
    public DescriptorScript eof() {
        reading.add(new Step.Eof());
        return this;
    }

    /**
     * Fails one read. A watch for hang-up reports the error.
     *
     * @param errno positive, such as {@link Errno#ECONNRESET}
     * @return this
     */
    public DescriptorScript error(int errno) {
        reading.add(new Step.Failure(requireErrno(errno)));
        return this;
    }

    /**
     * Limits the capacity for writes. The step ends when writes have used it up.
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
     * Makes writes block. The step ends when the writer has noticed it, by EAGAIN or by a short write, and has
     * armed writing.
     *
     * @return this
     */
    public DescriptorScript writeWouldBlock() {
        writing.add(new Step.WouldBlock());
        return this;
    }

    /**
     * Makes writes block until the test calls {@link ScriptedKernel#becomeWritable}.
     *
     * @return this
     */
    public DescriptorScript writePause() {
        writing.add(new Step.Pause());
        return this;
    }

    /**
     * Fails one write.
     *
     * @param errno positive, such as {@link Errno#EPIPE}
     * @return this
     */
    public DescriptorScript writeError(int errno) {
        writing.add(new Step.Failure(requireErrno(errno)));
        return this;
    }

    /**
     * Makes it a stream socket, where after a short read the next one would block. By default it is like a pipe or
     * a terminal.
     *
     * @return this
     */
    public DescriptorScript stream() {
        stream = true;
        return this;
    }

    /**
     * Makes it preserve messages. Each step of data is one message, which one read returns. Empty buffers are
     * written too.
     *
     * @return this
     */
    public DescriptorScript messages() {
        messages = true;
        return this;
    }

    /**
     * Makes an empty message readable.
     *
     * @return this
     */
    public DescriptorScript emptyMessage() {
        reading.add(new Step.Data(new byte[0]));
        return this;
    }

    /**
     * Makes its kernel report a closed peer as {@link io.fdflux.spi.Readiness#HANGUP} without READABLE while READ is
     * not armed. The contract allows this.
     *
     * @return this
     */
    public DescriptorScript hangupAlone() {
        hangupAlone = true;
        return this;
    }

    /**
     * Makes it non-blocking before its first use.
     *
     * @return this
     */
    public DescriptorScript nonBlocking() {
        nonBlocking = true;
        return this;
    }

    /**
     * Makes the kernel refuse to watch it.
     *
     * @param errno of the refusal; {@link Errno#EPERM} is that of epoll_ctl(2) for a regular file
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
