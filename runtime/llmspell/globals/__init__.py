"""globals"""
