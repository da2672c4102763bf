#!/bin/sh
# The image serves 1,024 connections, two for each person: opening day brings more at the same second.
sed -i 's/worker_connections .*/worker_connections 8192;/; 1i worker_rlimit_nofile 16384;' /etc/nginx/nginx.conf
