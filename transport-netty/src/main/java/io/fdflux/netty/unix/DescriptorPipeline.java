package io.fdflux.netty.unix;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPipeline;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;

/** A pipeline that closes descriptors which no handler takes, just as every pipeline releases buffers. */
public final class DescriptorPipeline extends DefaultChannelPipeline {

    private static final InternalLogger LOG = InternalLoggerFactory.getInstance(DescriptorPipeline.class);

    public DescriptorPipeline(Channel channel) {
        super(channel);
    }

    @Override
    protected void onUnhandledInboundMessage(Object message) {
        super.onUnhandledInboundMessage(message);
        if (message instanceof FileDescriptor descriptor) {
            try {
                descriptor.close();
            } catch (IOException e) {
                LOG.debug("close of a descriptor that no handler has taken", e);
            }
        }
    }
}
