# Tells at its end which libnanomsg a Perl program has loaded.
package Maps;

END {
    local $?;
    if (open my $maps, '<', '/proc/self/maps') {
        print STDERR grep { /libnanomsg/ } <$maps>;
    }
}

1;
