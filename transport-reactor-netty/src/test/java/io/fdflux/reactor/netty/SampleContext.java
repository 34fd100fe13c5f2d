package io.fdflux.reactor.netty;

import io.fdflux.FdLoops;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.posix.Descriptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.nio.file.Path;
import reactor.netty.http.server.HttpServerResponse;

/** The context of the documents' samples: the names that the surrounding text explains. */
public abstract class SampleContext {

    protected FdLoops loops;
    protected Channel channel;
    protected ChannelHandler handler;
    protected ChannelHandler child;
    protected HttpServerResponse outbound;
    protected FdSocketChannel client;
    protected FdSocketChannel backend;
    protected Descriptor descriptor;
    protected long offset;
    protected long length;
    protected Path path;
    protected Path copy;
    protected Path directory;
    protected Path log;
    protected int number;
    protected MeterRegistry registry;

    /** Runs the code of the sample. */
    public abstract void run() throws Exception;

    /** Runs one sample, and then ends this JVM, even with open resources. */
    public static void main(String[] arguments) throws Exception {
        int status = 1;
        try {
            ((SampleContext) Class.forName(arguments[0]).getConstructor().newInstance()).run();
            status = 0;
        } catch (Throwable t) {
            t.printStackTrace();
        }
        System.exit(status);
    }
}
