package io.fdflux.test;

import io.fdflux.descriptor.DescriptorIo;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.test.ScriptedKernel.Script;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;

/** Makes the calls on one descriptor, under the kernel's lock. */
final class ScriptedCalls implements DescriptorIo {
    private final ScriptedMachine machine;
    private final ScriptedDescriptor kernelSide;
    private final Function<Script, Descriptor> connections;
    private final boolean wasNonBlocking;

    /**
     * Begins to use a descriptor.
     *
     * @param machine     holds it
     * @param descriptor  as the code under test has it
     * @param kernelSide  as the kernel has it
     * @param connections opens what is accepted
     * @throws IOException if it is closed
     */
    ScriptedCalls(
            ScriptedMachine machine,
            Descriptor descriptor,
            ScriptedDescriptor kernelSide,
            Function<Script, Descriptor> connections)
            throws IOException {
        this.machine = machine;
        this.kernelSide = kernelSide;
        this.connections = connections;
        synchronized (machine) {
            if (!kernelSide.open) {
                throw Errno.exception("fcntl", descriptor, Errno.EBADF);
            }
            wasNonBlocking = kernelSide.nonBlocking;
            kernelSide.nonBlocking = true;
        }
    }

    @Override
    public int number() {
        return kernelSide.number;
    }

    @Override
    public boolean isStream() {
        return kernelSide.stream;
    }

    @Override
    public boolean hasEmptyMessages() {
        return kernelSide.messages;
    }

    @Override
    public int leastCapacity() {
        return 0;
    }

    @Override
    public int read(ByteBuf buffer) {
        synchronized (machine) {
            return kernelSide.read(buffer);
        }
    }

    @Override
    public int write(ByteBuf buffer) {
        synchronized (machine) {
            return kernelSide.write(buffer);
        }
    }

    @Override
    public boolean joinsWrites() {
        return !kernelSide.messages;
    }

    @Override
    public int write(Collection<ByteBuf> buffers) {
        ByteBuf joined = Unpooled.buffer();
        try {
            buffers.forEach(buffer -> joined.writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes()));
            return write(joined);
        } finally {
            joined.release();
        }
    }

    @Override
    public int accept(Consumer<Descriptor> accepted) {
        Descriptor connection;
        synchronized (machine) {
            Script script = kernelSide.accept();
            if (script == null) {
                return -kernelSide.acceptErrno();
            }
            connection = connections.apply(script);
        }
        accepted.accept(connection);
        return 0;
    }

    @Override
    public int poll(boolean reading) {
        synchronized (machine) {
            return kernelSide.poll(reading);
        }
    }

    @Override
    public int available() {
        synchronized (machine) {
            return kernelSide.available();
        }
    }

    @Override
    public int pendingError() {
        synchronized (machine) {
            return kernelSide.pendingError();
        }
    }

    @Override
    public boolean isWriteBroken() {
        synchronized (machine) {
            return kernelSide.isWriteBroken();
        }
    }

    @Override
    public void close() {
        synchronized (machine) {
            kernelSide.nonBlocking = wasNonBlocking;
        }
    }
}
