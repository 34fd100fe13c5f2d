/** A page that shows demand at work. */
module io.fdflux.page {
    requires transitive io.fdflux.netty;
    requires tools.jackson.databind;

    exports io.fdflux.page;
}
