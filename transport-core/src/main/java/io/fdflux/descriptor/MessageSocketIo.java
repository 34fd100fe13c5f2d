package io.fdflux.descriptor;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.engine.stream.Input;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.socket.MessageSocket;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** A socket that preserves the boundaries of messages: SOCK_DGRAM, SOCK_SEQPACKET, netlink. */
final class MessageSocketIo extends SocketIo {

    /** Above the maximum of IP, 65,535 bytes per message. Only Unix-domain sockets have longer ones. */
    static final int CAPACITY = 68 * 1024;

    private final MessageSocket socket;
    private final boolean connected;

    MessageSocketIo(Descriptor descriptor, OpenFile file) throws IOException {
        super(descriptor, file);
        socket = new MessageSocket(descriptor.number());
        connected = socket.hasConnection();
    }

    @Override
    public boolean hasEmptyMessages() {
        return true;
    }

    @Override
    public int leastCapacity() {
        return Math.max(CAPACITY, socket.pending());
    }

    @Override
    public int read(ByteBuf buffer) {
        int length = buffer.writableBytes();
        int n = socket.receive(BufferMemory.writable(buffer, length), length);
        if (n > 0) {
            buffer.writerIndex(buffer.writerIndex() + n);
        }
        return n == MessageSocket.END ? Input.END : n;
    }

    /** A datagram socket survives errors, because the next message may have another recipient or reach the same one. */
    @Override
    public boolean isWriteBroken() {
        return connected && super.isWriteBroken();
    }
}
