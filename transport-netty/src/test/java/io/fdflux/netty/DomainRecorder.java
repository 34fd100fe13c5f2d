package io.fdflux.netty;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.FileDescriptor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A recorder on a Unix-domain stream that also keeps descriptors; the test closes each one it polls. */
@ChannelHandler.Sharable
class DomainRecorder extends Recorder {

    final CompletableFuture<FdDomainSocketChannel> connected = new CompletableFuture<>();
    final LinkedBlockingQueue<FileDescriptor> descriptors = new LinkedBlockingQueue<>();

    FdDomainSocketChannel stream() {
        return connected.join();
    }

    FileDescriptor descriptor() throws InterruptedException {
        FileDescriptor descriptor = descriptors.poll(30, TimeUnit.SECONDS);
        if (descriptor == null) {
            throw new AssertionError("no descriptor came");
        }
        return descriptor;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (context.channel() instanceof FdDomainSocketChannel stream) {
            connected.complete(stream);
        }
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof FileDescriptor descriptor) {
            descriptors.add(descriptor);
        } else {
            super.channelRead(context, message);
        }
    }
}
