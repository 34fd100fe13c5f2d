package io.fdflux.testsuite.clients;

import io.fdflux.reactor.netty.SampleContext;
import io.grpc.BindableService;

/** The context of the samples of docs/clients.md: the names that the surrounding text explains. */
public abstract class ClientSampleContext extends SampleContext {

    protected BindableService service;
}
