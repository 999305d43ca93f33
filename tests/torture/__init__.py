"""An attack on everything that writes files: processes are killed and disks are full, at random moments and at every write.

python -m tests.torture --help
"""
